// The ways to sign in. For a guest each one that makes an account links it instead, so that the uid is kept. Who is to sign in
// again proves to be who they are, and can become nobody else.
import {
  type Auth,
  type AuthCredential,
  type AuthProvider,
  type ConfirmationResult,
  EmailAuthProvider,
  FacebookAuthProvider,
  GithubAuthProvider,
  GoogleAuthProvider,
  PhoneAuthProvider,
  RecaptchaVerifier,
  type User,
  linkWithCredential,
  linkWithPhoneNumber,
  linkWithPopup,
  reauthenticateWithCredential,
  reauthenticateWithPhoneNumber,
  reauthenticateWithPopup,
  sendEmailVerification,
  signInAnonymously,
  signInWithCredential,
  signInWithEmailAndPassword,
  signInWithPhoneNumber,
  signInWithPopup,
  createUserWithEmailAndPassword,
  updateProfile,
} from "firebase/auth";
import { FirebaseError } from "firebase/app";

const PROVIDERS = {
  "google.com": { make: () => new GoogleAuthProvider(), credentialFromError: GoogleAuthProvider.credentialFromError },
  "github.com": { make: () => new GithubAuthProvider(), credentialFromError: GithubAuthProvider.credentialFromError },
  "facebook.com": {
    make: () => new FacebookAuthProvider(),
    credentialFromError: FacebookAuthProvider.credentialFromError,
  },
} as const;

export type ProviderId = keyof typeof PROVIDERS;

export function isProviderId(id: string | undefined): id is ProviderId {
  return id !== undefined && id in PROVIDERS;
}

export class SignIn {
  readonly #auth: Auth;
  /** A provider's proof for an account that exists with another way to sign in; joined after the user signed in that way. */
  #toJoin: { email: string; credential: AuthCredential } | undefined;
  #verifier: RecaptchaVerifier | undefined;
  /** Who signs in again; nobody where it is anyone's turn. */
  #again: User | undefined;

  constructor(auth: Auth) {
    this.#auth = auth;
  }

  get auth(): Auth {
    return this.#auth;
  }

  /** From now on this user signs in again, or anyone signs in. */
  expect(user: User | undefined): void {
    this.#again = user;
  }

  async password(email: string, password: string): Promise<void> {
    await (this.#again !== undefined
      ? reauthenticateWithCredential(this.#again, EmailAuthProvider.credential(email, password))
      : signInWithEmailAndPassword(this.#auth, email, password));
    await this.joinProvider();
  }

  async newAccount(name: string, email: string, password: string): Promise<void> {
    const { user } = await (this.#guest !== undefined
      ? linkWithCredential(this.#guest, EmailAuthProvider.credential(email, password))
      : createUserWithEmailAndPassword(this.#auth, email, password));
    if (name !== "") {
      await updateProfile(user, { displayName: name });
      await user.getIdToken(true); // votes take the name from the token
    }
    await sendEmailVerification(user).catch(() => undefined); // can be sent again from the profile
  }

  /** To be called from a click, since it opens a window. */
  async provider(id: ProviderId): Promise<void> {
    const { make, credentialFromError } = PROVIDERS[id];
    const provider: AuthProvider = make();
    try {
      if (this.#again !== undefined) await reauthenticateWithPopup(this.#again, provider);
      else await (this.#guest ? linkWithPopup(this.#guest, provider) : signInWithPopup(this.#auth, provider));
    } catch (error) {
      if (!(error instanceof FirebaseError)) throw error;
      // The same code as for a wrong password, which it is not.
      if (error.code === "auth/invalid-credential") throw new FirebaseError("auth/not-confirmed", error.message);
      const credential = credentialFromError(error);
      const email = error.customData?.["email"];
      if (error.code === "auth/account-exists-with-different-credential" && credential && typeof email === "string") {
        this.#toJoin = { email, credential };
      }
      await this.#insteadOfGuest(error, credential);
    }
    await this.joinProvider();
  }

  /** Sends a code by SMS. reCAPTCHA wants an element to hang on, a new one each time. */
  async phone(phoneNumber: string, robotCheck: HTMLElement): Promise<{ confirm(code: string): Promise<void> }> {
    this.#verifier?.clear();
    this.#verifier = new RecaptchaVerifier(this.#auth, robotCheck, { size: "invisible" });
    const sent: ConfirmationResult = await this.#send(phoneNumber, this.#verifier);
    return {
      confirm: async (code) => {
        try {
          await sent.confirm(code);
        } catch (error) {
          if (!(error instanceof FirebaseError)) throw error;
          await this.#insteadOfGuest(error, PhoneAuthProvider.credentialFromError(error));
        }
      },
    };
  }

  #send(phoneNumber: string, verifier: RecaptchaVerifier): Promise<ConfirmationResult> {
    if (this.#again !== undefined) return reauthenticateWithPhoneNumber(this.#again, phoneNumber, verifier);
    return this.#guest
      ? linkWithPhoneNumber(this.#guest, phoneNumber, verifier)
      : signInWithPhoneNumber(this.#auth, phoneNumber, verifier);
  }

  async guest(): Promise<void> {
    await signInAnonymously(this.#auth);
  }

  /** The address of an account that waits to be joined with a provider. */
  get emailToJoin(): string | undefined {
    return this.#toJoin?.email;
  }

  /** Joins the provider that the user tried first, once they are signed in another way. */
  async joinProvider(): Promise<void> {
    const { currentUser } = this.#auth;
    const waiting = this.#toJoin;
    if (waiting === undefined || currentUser?.email !== waiting.email) return;
    this.#toJoin = undefined;
    await linkWithCredential(currentUser, waiting.credential).catch(() => undefined); // they are signed in all the same
  }

  get #guest(): User | undefined {
    const { currentUser } = this.#auth;
    return currentUser?.isAnonymous ? currentUser : undefined;
  }

  /** A guest who proves to be someone already known becomes that one; a guest has nothing to lose. */
  async #insteadOfGuest(error: FirebaseError, credential: AuthCredential | null): Promise<void> {
    if (error.code !== "auth/credential-already-in-use" || credential === null) throw error;
    await signInWithCredential(this.#auth, credential);
  }
}
