// The token that drills ask for, where one is configured.

import { byId } from "../lib/dom.js";

const KEY = "drills-token";

export function authorised() {
  const token = sessionStorage.getItem(KEY);
  return token ? { authorization: `Bearer ${token}` } : {};
}

export const forgetToken = () => sessionStorage.removeItem(KEY);

/** Whether there is one now. */
export function askForToken() {
  const [dialog, field] = [byId("token"), byId("token-value")];
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "ok" && field.value !== "";
      if (given) sessionStorage.setItem(KEY, field.value);
      answered(given);
    }, { once: true });
  });
}
