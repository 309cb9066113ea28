// The page as a whole: the users, the votes, the audit, and what happens when one of them is changed.
import { type Client, type Transport, createClient } from "@connectrpc/connect";
import { AdminService, type AuditRecord, type User, type UserId } from "../gen/admin/v1/admin_pb.ts";
import { type Step, asking, confirmed } from "../view/confirm.ts";
import { byId, part } from "../view/dom.ts";
import { Notices } from "../view/notices.ts";
import { Stage } from "../view/stage.ts";
import { AuditView } from "./audit-view.ts";
import { Pages } from "./pages.ts";
import { signOutUrl, signedInAs } from "./proxy.ts";
import { askingForRoles } from "./roles-dialog.ts";
import { keyOf, nameOf } from "./user.ts";
import { UsersView } from "./users-view.ts";
import { WAYS_OUT, type WayOut, wordsFor, wordsForChange } from "./words.ts";

export class AdminPage {
  readonly #api: Client<typeof AdminService>;
  readonly #notices = new Notices<WayOut>(WAYS_OUT, takeWayOut);
  readonly #stage = new Stage(wordsForChange);
  readonly #users: Pages<User>;
  readonly #audit: Pages<AuditRecord>;
  readonly #usersView: UsersView;
  readonly #auditView: AuditView;
  #tenant = "";

  constructor(transport: Transport) {
    this.#api = createClient(AdminService, transport);
    this.#users = new Pages(async (pageToken) => {
      const { users, nextPageToken } = await this.#api.listUsers({ pageToken, tenant: this.#tenant });
      return { items: users, next: nextPageToken };
    });
    this.#audit = new Pages(async (pageToken) => {
      const { records, nextPageToken } = await this.#api.listAuditRecords({ pageToken });
      return { items: records, next: nextPageToken };
    });

    this.#usersView = new UsersView({
      editRoles: (user) => void this.#editRoles(user),
      setDisabled: (user, disabled) => void this.#setDisabled(user, disabled),
      reload: () => void this.#loadUsers(this.#users.reload()),
      more: () => void this.#loadUsers(this.#users.more()),
      tenant: (tenant) => {
        this.#tenant = tenant;
        this.#users.clear();
        void this.#loadUsers(this.#users.reload());
      },
    });
    this.#auditView = new AuditView({
      reload: () => void this.#loadAudit(this.#audit.reload()),
      more: () => void this.#loadAudit(this.#audit.more()),
      nameOf: ({ target }) => this.#nameOf(keyOf(target)),
    });
    this.#users.listed.watch((listed) => {
      this.#usersView.show(listed);
      this.#auditView.show(this.#audit.listed.value); // it names them
    });
    this.#audit.listed.watch((listed) => this.#auditView.show(listed));
    part(byId("votes", HTMLElement), "reset").addEventListener("click", () => void this.#resetVotes());
    void this.#loadUsers(this.#users.reload());
    void this.#loadAudit(this.#audit.reload());
    void showWhoIsSignedIn();
  }

  async #setDisabled(user: User, disabled: boolean): Promise<void> {
    const name = nameOf(user);
    const question = disabled
      ? {
          title: `Disable ${name}?`,
          text: "They can no longer sign in, nor get a new token. The token that they have is refused at once where the account is asked about, and ends within the hour elsewhere. Nothing is deleted: you can enable them again.",
          yes: "Disable",
          danger: true,
        }
      : {
          title: `Enable ${name}?`,
          text: "They can sign in again, with the same ways and the roles that are shown.",
          yes: "Enable",
          danger: false,
        };
    const done = await this.#change(asking(this.#stage, question), async () => {
      await (disabled ? this.#api.disableUser(whom(user)) : this.#api.enableUser(whom(user)));
    });
    if (!done) return;
    this.#users.replace(user, { ...user, disabled });
    this.#usersView.focus(user, "toggle");
    this.#notices.inform(`${name} is ${disabled ? "disabled" : "enabled"}.`);
  }

  async #editRoles(user: User): Promise<void> {
    let roles: string[] = [];
    let signedOut = false;
    const known = [...new Set(this.#users.listed.value.items.flatMap((one) => one.roles))].sort();
    const step = askingForRoles(this.#stage, user, known, (chosen) => (roles = chosen));
    const done = await this.#change(step, async () => {
      ({ signedOut } = await this.#api.setRoles({ ...whom(user), roles }));
    });
    if (!done) return;
    this.#users.replace(user, { ...user, roles });
    this.#usersView.focus(user, "edit");
    const saved = `The roles of ${nameOf(user)} are saved.`;
    this.#notices.inform(signedOut ? `${saved} One was taken away, so the user is signed out.` : saved);
  }

  async #resetVotes(): Promise<void> {
    let removed = 0n;
    const question = {
      title: "Remove all votes?",
      text: "The votes of everyone are removed, and cannot be brought back. Whoever watches sees it at once; everyone may vote again.",
      yes: "Remove all votes",
      danger: true,
    };
    const done = await this.#change(asking(this.#stage, question), async () => {
      ({ removed } = await this.#api.resetVotes({}));
    });
    if (done) this.#notices.inform(howManyWereRemoved(removed));
  }

  /** Makes a change once it is confirmed; whatever comes of it, the audit tells. */
  async #change(step: Step, call: () => Promise<void>): Promise<boolean> {
    this.#notices.clear();
    const act = async (): Promise<void> => {
      try {
        await call();
      } finally {
        void this.#loadAudit(this.#audit.reload());
      }
    };
    const tell = (error: unknown): void => this.#notices.problem(wordsForChange(error));
    const otherwise = (error: unknown): boolean => {
      if (wordsForChange(error).wayOut === undefined) return false; // it can be tried again in the dialog
      this.#stage.close(false);
      tell(error);
      return true;
    };
    return confirmed(this.#stage, step, { act, otherwise, late: tell });
  }

  async #loadUsers(loading: Promise<void>): Promise<void> {
    await loading.catch((error: unknown) => this.#notices.problem(wordsFor(error)));
  }

  /** Told beside the audit: what came of a change is what the notice is for. */
  async #loadAudit(loading: Promise<void>): Promise<void> {
    this.#auditView.problem("");
    await loading.catch((error: unknown) => this.#auditView.problem(wordsFor(error).text));
  }

  #nameOf(key: string): string | undefined {
    const user = this.#users.listed.value.items.find(({ id }) => keyOf(id) === key);
    return user && nameOf(user);
  }
}

function whom({ id }: User): { user?: UserId } {
  return id === undefined ? {} : { user: id };
}

function takeWayOut(wayOut: WayOut): void {
  if (wayOut === "reload") location.reload();
  else location.assign(signOutUrl());
}

async function showWhoIsSignedIn(): Promise<void> {
  const address = await signedInAs();
  const line = byId("signed-in", HTMLElement);
  part(line, "address").textContent = address ?? "";
  part(line, "sign-out", HTMLAnchorElement).href = signOutUrl();
  line.hidden = address === undefined;
}

export function howManyWereRemoved(votes: bigint): string {
  if (votes === 0n) return "There were no votes to remove.";
  return votes === 1n ? "One vote was removed." : `${votes.toLocaleString("en")} votes were removed.`;
}
