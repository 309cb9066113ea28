// Firebase Auth, against Google's servers or against the embedded identity provider of a local system.
import { initializeApp } from "firebase/app";
import {
  type Auth,
  browserLocalPersistence,
  browserPopupRedirectResolver,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
} from "firebase/auth";
import type { Config } from "../config.ts";
import { installLocalGapi } from "./local-gapi.ts";

export function openAuth({ apiKey, authDomain, projectId, localIdentity }: Config): Auth {
  if (localIdentity !== null) installLocalGapi(localIdentity);
  const auth = initializeAuth(initializeApp({ apiKey, authDomain, projectId }), {
    persistence: [indexedDBLocalPersistence, browserLocalPersistence],
    popupRedirectResolver: browserPopupRedirectResolver,
  });
  auth.useDeviceLanguage();
  if (localIdentity !== null) {
    connectAuthEmulator(auth, localIdentity, { disableWarnings: true });
    auth.settings.appVerificationDisabledForTesting = true; // no reCAPTCHA, which needs the internet
  }
  return auth;
}
