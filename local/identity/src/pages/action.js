const { mode, code } = document.body.dataset;
const resets = mode === "resetPassword";
const [form, password, done, failed] = ["act", "password", "done", "failed"].map((id) => document.getElementById(id));

const words = {
  INVALID_OOB_CODE: "This link was used already, or is no longer the right one. Ask for another one.",
  EXPIRED_OOB_CODE: "This link has expired. Ask for another one.",
  WEAK_PASSWORD: "The password needs at least 6 characters.",
  EMAIL_EXISTS: "Another account has this e-mail address already.",
  USER_DISABLED: "This account is disabled.",
};

async function act() {
  const call = resets ? "resetPassword" : "update";
  const response = await fetch(`/identitytoolkit.googleapis.com/v1/accounts:${call}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(resets ? { oobCode: code, newPassword: password.value } : { oobCode: code }),
  });
  if (response.ok) return;
  const { error } = await response.json();
  throw new Error(words[error.message.split(" : ")[0]] ?? "That did not work. Try again.");
}

document.getElementById("new").hidden = !resets;
password.required = resets;
form.addEventListener("submit", async (submit) => {
  submit.preventDefault();
  failed.hidden = true;
  try {
    await act();
    form.hidden = true;
    done.hidden = false;
  } catch (error) {
    failed.textContent = error.message;
    failed.hidden = false;
  }
});
