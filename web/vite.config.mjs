import { defineConfig } from "vite";

// `npm run dev`: the page from here, everything else from a running server (`cargo run`).
const server = process.env.CALLGATE_SERVER ?? "http://localhost:8080";
const rpc = "^/[a-z]+(\\.[a-z0-9]+)*\\.v\\d+\\.\\w+/";
const identity = ["/identitytoolkit.googleapis.com", "/securetoken.googleapis.com", "/emulator", "/_gcp_iap"];
const proxied = { target: server, changeOrigin: true, headers: { origin: server } };

export default defineConfig({
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // Two pages: that of the end users, and that of internal users, which the admin service serves.
    rolldownOptions: { input: ["index.html", "admin.html"] },
  },
  server: { proxy: Object.fromEntries([rpc, "/config.json", ...identity].map((path) => [path, proxied])) },
});
