// The profile: what the token says, what the account says, and what can be changed.
import type { Client } from "@connectrpc/connect";
import { sendEmailVerification, type User } from "firebase/auth";
import type { Profile, ProfileService } from "../gen/profiles/v1/profiles_pb.ts";
import type { LocalCodes } from "../identity/local-codes.ts";
import { type Session, nameOf } from "../identity/session.ts";
import { field, fillList, part } from "./dom.ts";
import { onSubmit } from "./form.ts";
import type { Leaving } from "./leaving.ts";
import { providerName } from "./providers.ts";
import { showFactors } from "./second-factor.ts";
import type { Stage } from "./stage.ts";
import { shortDate } from "./time.ts";

export interface ProfileDialogOptions {
  readonly stage: Stage;
  readonly session: Session;
  readonly profiles: Client<typeof ProfileService>;
  readonly local: LocalCodes | undefined;
  /** A guest wants to keep the account. */
  readonly onLink: () => void;
  readonly onSignOut: () => void;
  /** The user wants to leave in a way that is not easily undone. */
  readonly onLeave: (user: User, way: Leaving) => void;
}

export class ProfileDialog {
  readonly #options: ProfileDialogOptions;

  constructor(options: ProfileDialogOptions) {
    this.#options = options;
  }

  open(user: User): void {
    void this.#options.stage.open(() => this.#show(user), { wide: true });
  }

  #show(user: User, saved = ""): void {
    const { stage, session, profiles, onLink, onSignOut, onLeave } = this.#options;
    const content = stage.show("step-profile");
    const form = part(content, "form", HTMLFormElement);
    const name = field(form, "name");
    part(content, "title").textContent = nameOf(user);
    part(content, "guest").hidden = !user.isAnonymous;
    form.hidden = user.isAnonymous;
    name.value = user.displayName ?? "";
    part(content, "saved").textContent = saved;
    part(content, "link").addEventListener("click", onLink);
    part(content, "sign-out").addEventListener("click", onSignOut);
    for (const way of ["sign-out-everywhere", "delete"] as const) {
      part(content, way).hidden = user.isAnonymous;
      part(content, way).addEventListener("click", () => onLeave(user, way));
    }
    part(content, "title").focus();
    this.#offerVerification(content, user);
    showFactors(part(content, "factors"), user, stage, () => this.#show(user));

    onSubmit(form, () =>
      stage.run(async () => {
        await profiles.updateMyProfile({ displayName: name.value.trim() });
        await session.refresh(); // brings the name into the token, which the votes take it from
        this.#show(user, "Saved.");
      }),
    );
    void stage.try(async () => {
      const { profile } = await profiles.getMyProfile({});
      fillList(part(content, "token"), tokenEntries(profile));
      fillList(part(content, "account"), accountEntries(profile));
    });
  }

  #offerVerification(content: HTMLElement, user: User): void {
    const { stage, local } = this.#options;
    const { email, emailVerified } = user;
    const line = part(content, "verify-line");
    line.hidden = email === null || emailVerified;
    part(content, "verify").addEventListener("click", () =>
      stage.run(async () => {
        await sendEmailVerification(user);
        line.textContent = `A mail with a link is on its way to ${email}.`;
        line.tabIndex = -1;
        line.focus(); // the button that had it is gone
        const link = email === null ? undefined : await local?.mail(email, "VERIFY_EMAIL");
        if (link !== undefined) stage.hint({ text: "This is a local system; no mail is sent.", link });
      }),
    );
  }
}

type Entries = readonly (readonly [string, string | undefined])[];

function tokenEntries(profile: Profile | undefined): Entries {
  const token = profile?.token;
  return [
    ["User id", token?.uid],
    ["Name", token?.displayName],
    ["E-mail", withState(token?.email, token?.emailVerified)],
    ["Phone", token?.phoneNumber],
    ["Signed in with", providerName(token?.signInProvider)],
    ["Second factor", token?.secondFactor],
    ["Roles", token?.roles.join(", ")],
    ["Tenant", token?.tenant],
    ["Signed in", shortDate(token?.signedInAt)],
    ["Issued", shortDate(token?.issuedAt)],
    ["Valid until", shortDate(token?.expiresAt)],
  ];
}

function accountEntries(profile: Profile | undefined): Entries {
  const account = profile?.account;
  return [
    ["Name", account?.displayName],
    ["E-mail", withState(account?.email, account?.emailVerified)],
    ["Phone", account?.phoneNumber],
    ["Ways to sign in", account?.providers.map(({ id }) => providerName(id)).join(", ")],
    ["Second factors", account?.secondFactors.map(({ displayName }) => displayName || "one").join(", ")],
    ["Tenant", account?.tenant],
    ["State", account?.disabled ? "disabled" : undefined],
    ["Created", shortDate(account?.createdAt)],
    ["Last sign-in", shortDate(account?.lastSignInAt)],
  ];
}

function withState(email: string | undefined, verified: boolean | undefined): string | undefined {
  return email && `${email} (${verified ? "verified" : "not verified"})`;
}
