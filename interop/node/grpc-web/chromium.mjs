// Runs page.mjs in Chromium, at the page's own origin: chromium.mjs http://localhost:8080 binary
import { build } from "esbuild";
import { chromium } from "playwright-core";

const [origin, format] = process.argv.slice(2);
const { outputFiles } = await build({
  entryPoints: [new URL("page.mjs", import.meta.url).pathname],
  bundle: true,
  write: false,
  format: "iife",
  globalName: "interop",
});

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  timeout: 120_000,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  page.on("console", (message) => console.error(message.text()));
  await page.route(`${origin}/interop`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html>" }),
  );
  await page.goto(`${origin}/interop`);
  await page.addScriptTag({ content: outputFiles[0].text });
  const came = await page.evaluate(([origin, format]) => interop.call(origin, format), [origin, format]);
  for (const [what, of] of Object.entries(came)) console.log(`${what}: ${of}`);
} finally {
  await browser.close();
}
