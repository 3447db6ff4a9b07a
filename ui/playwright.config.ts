/// <reference types="node" />
import { defineConfig } from 'playwright/test';

// Chromium as the system has it; the window's own web view is driven by other tests.
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'node_modules/.playwright',
  workers: 1,
  timeout: 30_000,
  reporter: 'list',
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 860 },
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
});
