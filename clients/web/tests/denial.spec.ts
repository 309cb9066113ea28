// The reasons of the gate.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { expect, test } from "@playwright/test";
import { REASONS, denialOf, isDenied } from "../src/index.js";
import { refusal } from "./gated-api.js";

test("the reasons are those of the gate, no more and no less", () => {
  const gate = readFileSync(join(import.meta.dirname, "../../../interceptor/src/denial.rs"), "utf8");
  const [, body = ""] = /fn reason\(&self\)[^{]*\{(.*?)\n    \}/s.exec(gate) ?? [];
  const reasons = [...body.matchAll(/=>\s*\{?\s*"([A-Z_]+)"/g)].map(([, reason]) => reason);
  expect(reasons.length).toBeGreaterThan(20);
  expect(reasons).toHaveLength(body.match(/=>/g)!.length);
  expect([...REASONS].sort()).toEqual(reasons.sort());
});

test("a refusal is told by its reason", () => {
  const error = refusal("ROLE_REQUIRED", Code.PermissionDenied);
  expect(denialOf(error)).toMatchObject({ reason: "ROLE_REQUIRED" });
  expect(isDenied(error)).toBe(true);
  expect(isDenied(error, "ROLE_REQUIRED")).toBe(true);
  expect(isDenied(error, "EMAIL_NOT_VERIFIED", "ROLE_REQUIRED")).toBe(true);
  expect(isDenied(error, "EMAIL_NOT_VERIFIED")).toBe(false);
});

test("a reason that is newer than this list is told all the same", () => {
  expect(denialOf(refusal("MOON_REQUIRED"))?.reason).toBe("MOON_REQUIRED");
  expect(isDenied(refusal("MOON_REQUIRED"))).toBe(true);
});

test("what the gate did not refuse is no denial", () => {
  for (const error of [refusal("ROLE_REQUIRED", Code.Internal, "other"), new Error("x"), "x", undefined, null, {}]) {
    expect(denialOf(error)).toBeUndefined();
    expect(isDenied(error)).toBe(false);
    expect(isDenied(error, "ROLE_REQUIRED")).toBe(false);
  }
});
