// Documents as a browser shows and saves them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { until } from "../../../tests/e2e/harness/workspace.mjs";

// What a click saves. -> {name, bytes}
export async function saved_by(page, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

// The open invoice is shown by the browser, and can be saved. -> what stands in the PDF
export async function shown_as_pdf(page, number) {
  const dialog = page.getByRole("dialog");
  await dialog.locator(`iframe[title="PDF of ${number}"]`).waitFor();
  await until("the browser shows the PDF", () => page.frames().some((frame) => frame.url().startsWith("blob:")));
  const { name, bytes } = await saved_by(page, dialog.getByRole("button", { name: "Save the PDF" }));
  assert.equal(name, `${number}.pdf`);
  return execFileSync("pdftotext", ["-", "-"], { input: bytes }).toString();
}
