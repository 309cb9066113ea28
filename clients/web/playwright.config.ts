import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  reporter: "list",
  timeout: 60_000,
  projects: [
    { name: "unit", testIgnore: "package.spec.ts" },
    // After the others, since packing makes anew what they are made of.
    { name: "package", testMatch: "package.spec.ts", dependencies: ["unit"], timeout: 180_000 },
  ],
});
