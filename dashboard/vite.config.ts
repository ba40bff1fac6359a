import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` talks to.
const server = process.env.SELLAVIE_URL ?? "http://127.0.0.1:8080";

export default defineConfig(({ mode }) => ({
  plugins: [react(), tailwindcss()],
  // The page of parts is for us, not for shops.
  define: { __PARTS__: JSON.stringify(mode !== "production" || process.env.SELLAVIE_PARTS === "1") },
  build: {
    target: "es2022",
    // Content-Security-Policy: no inline script, no data: in place of a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": server, "/media": server } },
  test: { include: ["test/unit/**/*.test.{ts,tsx}"], restoreMocks: true },
}));
