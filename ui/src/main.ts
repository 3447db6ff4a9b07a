import { mount } from 'svelte';
import App from './App.svelte';
import './theme/tokens.css';
import './theme/base.css';
import './theme/overlays.css';
import './theme/toasts.css';
import { BROKEN } from './words/failures';

const target = document.getElementById('app');
if (target) {
  try {
    mount(App, { target });
  } catch (error) {
    // Not even the first drawing came about: plain words instead of a blank window.
    target.textContent = `${BROKEN.title}. ${BROKEN.kept} (${String(error)})`;
  }
}
