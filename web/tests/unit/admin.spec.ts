import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "@playwright/test";
import { whatCameOfIt } from "../../src/admin/audit-view.ts";
import { howManyWereRemoved } from "../../src/admin/page.ts";
import { Pages } from "../../src/admin/pages.ts";
import { addressOf } from "../../src/admin/proxy.ts";
import { MOST_ROLES, faultOf, whatSavingDoes } from "../../src/admin/roles-dialog.ts";
import { matches, nameOf } from "../../src/admin/user.ts";
import { count } from "../../src/admin/users-view.ts";
import { wordsFor, wordsForChange } from "../../src/admin/words.ts";
import { AuditRecord_Outcome as Outcome, UserSchema } from "../../src/gen/admin/v1/admin_pb.ts";
import { refusal } from "./refusal.ts";

test.describe("words", () => {
  test("a session that is over says how to begin another", () => {
    for (const error of [
      refusal("TOKEN_MISSING"),
      refusal("TOKEN_EXPIRED"),
      refusal("TOKEN_INVALID"),
      new ConnectError("HTTP 401", Code.Unauthenticated),
    ]) {
      expect(wordsFor(error).text).toContain("Reload the page");
      expect(wordsFor(error).wayOut).toBe("reload");
    }
  });

  test("whoever may not use the page can become someone else", () => {
    for (const error of [
      refusal("CALLER_NOT_ALLOWED", Code.PermissionDenied),
      refusal("DOMAIN_NOT_ALLOWED", Code.PermissionDenied),
      new ConnectError("HTTP 403", Code.PermissionDenied),
    ]) {
      expect(wordsFor(error).wayOut).toBe("switch");
    }
    expect(wordsFor(refusal("ORIGIN_NOT_ALLOWED", Code.PermissionDenied)).text).toContain("address");
    expect(wordsFor(refusal("A_NEW_ONE", Code.PermissionDenied)).text).toContain("A_NEW_ONE");
  });

  test("what is known to be unchanged is said to be", () => {
    for (const reason of ["ACCOUNTS_UNAVAILABLE", "VOTES_UNAVAILABLE", "AUDIT_UNAVAILABLE"]) {
      expect(wordsForChange(refusal(reason, Code.Unavailable)).text).toMatch(/nothing (is|was) changed/);
    }
    const refused = new ConnectError("roles: at most 32 roles can be given", Code.InvalidArgument);
    expect(wordsForChange(refused).text).toBe("That cannot be done: roles: at most 32 roles can be given.");
  });

  test("a change without a clear answer is never told as undone", () => {
    for (const error of [
      refusal("OUTCOME_UNKNOWN", Code.DeadlineExceeded),
      new ConnectError("gone", Code.Unavailable),
      new ConnectError("late", Code.DeadlineExceeded),
      new ConnectError("HTTP 500", Code.Unknown),
      new ConnectError("stopped", Code.Canceled),
      new ConnectError("stopped", Code.Aborted),
    ]) {
      expect(wordsForChange(error).text).toContain("not known whether this was done");
    }
    expect(wordsForChange(new ConnectError("broken", Code.Internal)).text).toContain("The audit says");
    expect(wordsFor(new ConnectError("gone", Code.Unavailable)).text).toContain("cannot be reached");
  });

  test("how many votes were removed", () => {
    expect([0n, 1n, 12_345n].map(howManyWereRemoved)).toEqual([
      "There were no votes to remove.",
      "One vote was removed.",
      "12,345 votes were removed.",
    ]);
  });

  test("how many users are listed", () => {
    expect(count(0, 0, false)).toBe("There are no users.");
    expect(count(1, 1, false)).toBe("1 user.");
    expect(count(3, 50, true)).toBe("3 of 50 users match; there are more to load.");
  });

  test("an outcome that is not known is neither done nor undone", () => {
    const said = (outcome: Outcome, outcomeDetails = "") => whatCameOfIt({ outcome, outcomeDetails });
    expect(said(Outcome.SUCCEEDED, "votes removed: 3")).toBe("Done: votes removed: 3");
    expect(said(Outcome.FAILED, "there is no such user")).toBe("Not done: there is no such user");
    expect(said(Outcome.UNKNOWN)).toContain("may have been done, or not");
    expect(said(99 as Outcome)).toContain("Outcome unknown");
  });

  test("the proxy's name for someone is shown without its prefix", () => {
    expect(addressOf({ email: "accounts.google.com:ada@example.com" })).toBe("ada@example.com");
    expect(addressOf({ email: "securetoken.google.com/demo/pool:eve@example.com" })).toBe("eve@example.com");
    for (const none of [null, "x", {}, { email: 1 }, { email: "" }]) expect(addressOf(none)).toBeUndefined();
  });
});

test.describe("roles", () => {
  test("saving says what it gives and what it takes, and that taking signs out", () => {
    expect(whatSavingDoes(["a"], ["a"])).toBe("Nothing is changed yet.");
    expect(whatSavingDoes(["a"], ["a", "b"])).not.toContain("signs");
    expect(whatSavingDoes(["a", "b"], ["b"])).toBe("Takes away a, and signs the user out everywhere.");
    expect(whatSavingDoes(["a"], ["c"])).toMatch(/^Gives c: .+ Takes away a, and signs the user out everywhere\.$/);
  });

  test("what the service would refuse is no role here either", () => {
    for (const role of ["editor", "org/admin:eu-1", "v1.2_x", "r".repeat(64)]) expect(faultOf(role, [])).toBe("");
    for (const role of ["", " ", "an editor", "a,b", "rédacteur", "\u202eeditor", "r".repeat(65)]) {
      expect(faultOf(role, []), role).not.toBe("");
    }
    const many = Array.from({ length: MOST_ROLES }, (_, n) => `role${n}`);
    expect(faultOf("another", many)).toContain("32");
    expect(faultOf("role0", many)).toBe("");
  });
});

test.describe("users", () => {
  const maya = create(UserSchema, {
    id: { uid: "k3Tn", tenant: "pupils" },
    displayName: "Maya",
    email: "maya@example.com",
    providers: ["google.com"],
    roles: ["editor"],
    disabled: true,
  });

  test("a user is found by anything that is shown of them", () => {
    for (const typed of [
      "",
      "MAYA",
      "example.com",
      "google",
      "edit",
      "k3t",
      "pupils",
      "disabled maya",
      "not verified",
    ]) {
      expect(matches(maya, typed), typed).toBe(true);
    }
    for (const typed of ["moderator", "maya enabled", "github"]) expect(matches(maya, typed), typed).toBe(false);
  });

  test("a user without a name is called by what is known", () => {
    expect(nameOf(maya)).toBe("Maya");
    expect(nameOf({ ...maya, displayName: "" })).toBe("maya@example.com");
    expect(nameOf({ ...maya, displayName: "", email: "" })).toBe("the user k3Tn");
    expect(nameOf({ ...maya, displayName: "", email: "", providers: [] })).toBe("the guest k3Tn");
  });
});

test.describe("a list that comes page by page", () => {
  const paged = () =>
    new Pages<number>(async (token) => {
      const from = Number(token);
      return { items: [from, from + 1], next: from < 4 ? String(from + 2) : "" };
    });

  test("grows to its last page, and no further", async () => {
    const pages = paged();
    await pages.reload();
    expect(pages.listed.value).toMatchObject({ items: [0, 1], next: "2", known: true });
    await pages.more();
    await pages.more();
    await pages.more();
    expect(pages.listed.value).toMatchObject({ items: [0, 1, 2, 3, 4, 5], next: "" });
  });

  test("asks for one further page at a time", async () => {
    const pages = paged();
    await pages.reload();
    await Promise.all([pages.more(), pages.more()]);
    expect(pages.listed.value.items).toEqual([0, 1, 2, 3]);
  });

  test("begun anew, forgets what was under way", async () => {
    const answers: ((items: string[]) => void)[] = [];
    const pages = new Pages<string>(() => new Promise((r) => answers.push((items) => r({ items, next: "x" }))));
    const [first, second] = [pages.reload(), pages.reload()];
    answers[1]!(["new"]);
    await second;
    answers[0]!(["old"]);
    await first;
    expect(pages.listed.value.items).toEqual(["new"]);
  });

  test("keeps what was listed when a page fails, and can be asked again", async () => {
    let fails = false;
    const pages = new Pages<number>(async () => {
      if (fails) throw new Error("away");
      return { items: [1], next: "x" };
    });
    await pages.reload();
    fails = true;
    await expect(pages.more()).rejects.toThrow("away");
    expect(pages.listed.value).toMatchObject({ items: [1], loading: undefined });
    fails = false;
    await pages.more();
    expect(pages.listed.value.items).toEqual([1, 1]);
  });

  test("keeps what was replaced while a further page was under way", async () => {
    const pages = paged();
    await pages.reload();
    const more = pages.more();
    pages.replace(1, 100);
    await more;
    expect(pages.listed.value.items).toEqual([0, 100, 2, 3]);
  });
});
