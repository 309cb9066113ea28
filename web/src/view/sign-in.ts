// The sign-in dialog: choose a way, and what each way asks for.
import { type User, sendPasswordResetEmail } from "firebase/auth";
import type { LocalCodes } from "../identity/local-codes.ts";
import { type ProviderId, type SignIn, isProviderId } from "../identity/sign-in.ts";
import { firebaseCodeOf, wordsFor } from "../words.ts";
import { element, field, part } from "./dom.ts";
import { onSubmit } from "./form.ts";
import { askForSecondFactor } from "./second-factor.ts";
import type { Stage } from "./stage.ts";

/** What the dialog is opened for. */
export interface Purpose {
  readonly title: string;
  readonly lead: string;
  /** Whether being a guest will do. */
  readonly guest: boolean;
  /** Who is to sign in again, in one of the ways that their account has. */
  readonly again?: User;
}

export const TO_SIGN_IN: Purpose = { title: "Sign in", lead: "To vote, and to change your mind later.", guest: true };
export const TO_LINK: Purpose = {
  title: "Keep this account",
  lead: "Add a way to sign in. You stay who you are, and may vote.",
  guest: false,
};

export class SignInDialog {
  readonly #stage: Stage;
  readonly #signIn: SignIn;
  readonly #local: LocalCodes | undefined;
  #purpose = TO_SIGN_IN;

  constructor(stage: Stage, signIn: SignIn, local: LocalCodes | undefined) {
    this.#stage = stage;
    this.#signIn = signIn;
    this.#local = local;
  }

  /** Resolves with whether someone is signed in now. */
  open(purpose: Purpose): Promise<boolean> {
    this.#purpose = purpose;
    this.#signIn.expect(purpose.again);
    return this.#stage.open(() => this.#choose());
  }

  #choose(email = this.#purpose.again?.email ?? ""): void {
    const content = this.#stage.show("step-choose");
    part(content, "title").textContent = this.#purpose.title;
    part(content, "lead").textContent = this.#purpose.lead;
    part(content, "guest-line").hidden = !this.#purpose.guest;
    if (this.#purpose.again !== undefined) onlyWaysOf(this.#purpose.again, content);
    for (const button of content.querySelectorAll<HTMLElement>("[data-provider]")) {
      const id = button.dataset["provider"];
      if (isProviderId(id))
        button.addEventListener("click", () => this.#stage.try(() => this.#provider(id), this.#otherwise));
    }
    part(content, "phone").addEventListener("click", () => this.#phone(this.#purpose.again?.phoneNumber ?? ""));
    part(content, "guest").addEventListener("click", () => this.#run(() => this.#signIn.guest()));
    this.#byEmail(part(content, "form", HTMLFormElement), email);
    part(content, "title").focus();
  }

  #byEmail(form: HTMLFormElement, knownEmail: string): void {
    const [name, email, password] = [field(form, "name"), field(form, "email"), field(form, "password")];
    const isNew = (): boolean => new FormData(form).get("new") === "yes";
    email.value = knownEmail;
    form.addEventListener("change", () => {
      part(form, "name-field").hidden = !isNew();
      part(form, "reset").hidden = isNew();
      part(form, "submit").textContent = isNew() ? "Create the account" : "Sign in";
      password.autocomplete = isNew() ? "new-password" : "current-password";
    });
    part(form, "reset").addEventListener("click", () => this.#reset(email.value));
    onSubmit(form, () =>
      this.#run(() =>
        isNew()
          ? this.#signIn.newAccount(name.value.trim(), email.value.trim(), password.value)
          : this.#signIn.password(email.value.trim(), password.value),
      ),
    );
  }

  async #provider(id: ProviderId): Promise<void> {
    await this.#signIn.provider(id);
    this.#stage.close(true);
  }

  #reset(knownEmail: string): void {
    const content = this.#stage.show("step-reset");
    const form = part(content, "form", HTMLFormElement);
    const email = field(form, "email");
    email.value = knownEmail;
    email.focus();
    part(form, "back").addEventListener("click", () => this.#choose(email.value));
    onSubmit(form, () =>
      this.#stage.run(async () => {
        const address = email.value.trim();
        await sendPasswordResetEmail(this.#signIn.auth, address).catch(ignoringUnknown);
        this.#told("Look into your mail", `If there is an account for ${address}, a link is on its way to it.`);
        const link = await this.#local?.mail(address, "PASSWORD_RESET");
        if (link !== undefined) this.#stage.hint({ text: "This is a local system; no mail is sent.", link });
      }),
    );
  }

  #phone(knownNumber = ""): void {
    const content = this.#stage.show("step-phone");
    const form = part(content, "form", HTMLFormElement);
    const phone = field(form, "phone");
    phone.value = knownNumber;
    phone.focus();
    part(form, "back").addEventListener("click", () => this.#choose());
    onSubmit(form, () =>
      this.#stage.run(async () => {
        const number = phone.value.replace(/[\s().-]/g, "");
        const sent = await this.#signIn.phone(number, form.appendChild(element("div")));
        this.#code(number, sent);
      }),
    );
  }

  #code(number: string, sent: { confirm(code: string): Promise<void> }): void {
    const content = this.#stage.show("step-code");
    const form = part(content, "form", HTMLFormElement);
    const code = field(form, "code");
    part(content, "title").textContent = "Enter the code";
    part(content, "text").textContent = `We sent an SMS to ${number}.`;
    part(form, "back").addEventListener("click", () => this.#phone(number));
    onSubmit(form, () => this.#run(() => sent.confirm(code.value.replaceAll(" ", ""))));
    code.focus();
    void this.#local?.sms(number).then((known) => {
      if (known === undefined || !form.isConnected) return;
      const take = (): void => {
        code.value = known;
        form.requestSubmit();
      };
      this.#stage.hint({ text: "This is a local system; no SMS is sent. The code is", code: known, take });
    });
  }

  #told(title: string, text: string): void {
    const content = this.#stage.show("step-told");
    part(content, "title").textContent = title;
    part(content, "text").textContent = text;
    part(content, "ok").addEventListener("click", () => this.#stage.close(false));
    part(content, "title").focus();
  }

  #run(action: () => Promise<void>): Promise<void> {
    return this.#stage.run(async () => {
      await action();
      this.#stage.close(true);
    }, this.#otherwise);
  }

  /** What looks like a failure to the SDK and is only the next step. */
  readonly #otherwise = (error: unknown): boolean => {
    if (askForSecondFactor(error, this.#signIn, this.#stage, () => this.#choose())) return true;
    if (firebaseCodeOf(error) !== "auth/account-exists-with-different-credential") return false;
    this.#choose(this.#signIn.emailToJoin);
    this.#stage.problem(wordsFor(error));
    return true;
  };
}

/** Leaves the ways to sign in that a user's account has. */
function onlyWaysOf(user: User, content: HTMLElement): void {
  const has = (id: string | undefined): boolean => user.providerData.some(({ providerId }) => providerId === id);
  const buttons = [...content.querySelectorAll<HTMLElement>("[data-provider]")];
  for (const button of buttons) button.hidden = !has(button.dataset["provider"]);
  const [phone, form] = [part(content, "phone"), part(content, "form", HTMLFormElement)];
  phone.hidden = !has("phone");
  form.hidden = !has("password");
  part(content, "switch").hidden = true;
  field(form, "email").readOnly = true;
  const others = !phone.hidden || buttons.some((button) => !button.hidden);
  part(content, "or").hidden = form.hidden || !others;
}

/** Whether an address has an account is nobody else's business. */
function ignoringUnknown(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "auth/user-not-found")) throw error;
}
