//! The one window: hidden until its page is there, refusing to be a browser.

use replica::protocol::Theme;
use std::time::Duration;
use tauri::{
    App, AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    utils::config::Color,
    webview::{NewWindowResponse, PageLoadEvent},
};

pub const LABEL: &str = "main";
/// A page that is slower is shown as far as it came.
const SHOW_AFTER: Duration = Duration::from_secs(2);

pub fn open(app: &App, theme: Theme) -> tauri::Result<WebviewWindow> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Holdfast")
        .inner_size(1280.0, 800.0)
        .min_inner_size(640.0, 480.0)
        .visible(false)
        .theme(window_theme(theme))
        .zoom_hotkeys_enabled(false)
        .devtools(cfg!(debug_assertions) && std::env::var_os("HOLDFAST_DEVTOOLS").is_some())
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_page_load(|window, page| {
            if page.event() == PageLoadEvent::Finished {
                show(&window);
            }
        })
        .build()?;
    // Against a white flash before the first paint.
    let dark = window.theme().is_ok_and(|theme| theme == tauri::Theme::Dark);
    window.set_background_color(Some(if dark {
        Color(23, 24, 28, 255)
    } else {
        Color(246, 246, 248, 255)
    }))?;
    #[cfg(target_os = "linux")]
    window.with_webview(|view| harden(&view.inner()))?;
    let slow = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SHOW_AFTER).await;
        show(&slow);
    });
    Ok(window)
}

/// For whoever started the program a second time.
pub fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let raised =
            window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = raised {
            tracing::warn!(%error, "the window could not be raised");
        }
    }
}

pub fn window_theme(theme: Theme) -> Option<tauri::Theme> {
    match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    }
}

fn show(window: &WebviewWindow) {
    if let Err(error) = window.show() {
        tracing::warn!(%error, "the window could not be shown");
    }
}

/// The page of this program, and nothing else, ever.
fn is_own_page(address: &Url) -> bool {
    match address.scheme() {
        "tauri" => address.host_str() == Some("localhost"),
        // Where a web view knows no schemes of our own.
        "http" | "https" => cfg!(windows) && address.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// The web view's own menu stays for text that can be edited or copied, and a page whose process died
/// comes back: what was typed is in the journal.
#[cfg(target_os = "linux")]
fn harden(view: &webkit2gtk::WebView) {
    use webkit2gtk::{HitTestResultExt, WebViewExt};
    view.connect_context_menu(|_, _, _, under| {
        !under.context_is_editable() && !under.context_is_selection()
    });
    view.connect_web_process_terminated(|view, reason| {
        tracing::error!(?reason, "the page's process ended; it is loaded again");
        view.reload();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_page_is_navigated_to() {
        let goes = |address: &str| is_own_page(&Url::parse(address).unwrap());
        assert!(goes("tauri://localhost/index.html"));
        for address in [
            "https://example.org/",
            "http://localhost/",
            "http://tauri.localhost.example.org/",
            "tauri://example.org/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "about:blank",
        ] {
            assert!(!goes(address), "{address}");
        }
    }
}
