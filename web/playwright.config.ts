import { defineConfig, devices } from "@playwright/test";

const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const inChromium = {
  ...devices["Desktop Chrome"],
  channel: undefined,
  launchOptions: { executablePath: chromium, args },
  screenshot: "only-on-failure",
} as const;

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  reporter: "list",
  // What takes longer never comes, on a busy machine either.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  projects: [
    { name: "unit", testDir: "tests/unit" },
    {
      name: "browser",
      testDir: "tests/browser",
      // Not a test: it writes the picture for the README.
      testIgnore: process.env["UPDATE_SCREENSHOT"] === "1" ? [] : ["picture.spec.ts"],
      use: inChromium,
    },
    {
      name: "emulator",
      testDir: "tests/emulator",
      // One worker, so one emulator: it is as heavy as all the rest.
      fullyParallel: false,
      use: inChromium,
    },
  ],
});
