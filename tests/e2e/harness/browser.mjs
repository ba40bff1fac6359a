// Debian's Chromium without a window, used as a person uses it: clicks, keys, what is to be seen, pictures. It is told what
// to do over its DevTools protocol on two pipes, for Node 18 has no WebSocket.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { until } from "./workspace.mjs";

export const chromium = (process.env.PATH ?? "").split(":").map((folder) => path.join(folder, "chromium")).find((file) => existsSync(file));

const answer_s = 30;
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe"];

export class browser {
  #to;
  #rest = Buffer.alloc(0);
  #last_id = 0;
  #asked = new Map();  // id -> {resolve, reject}
  #pages = new Map();  // session -> page

  // Ends with the workspace.
  constructor(workspace) {
    this.workspace = workspace;
    const home = workspace.file("browser");
    mkdirSync(home);
    // Its log, cache and settings belong to the test, wherever it looks for a home.
    const env = { HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home };
    const { pipes: [to, from], exited } = workspace.start(chromium, [...flags, `--user-data-dir=${home}/profile`, "about:blank"], { env, log: "browser", pipes: 2 });
    this.#to = to;
    for (const pipe of [to, from]) pipe.on("error", () => {});
    from.on("data", (bytes) => this.#heard(bytes));
    exited.then(() => {
      for (const { reject } of this.#asked.values()) reject(new Error(`the browser ended\n${workspace.log_tail("browser")}`));
    });
  }

  ask(method, params = {}, session) {
    const id = ++this.#last_id;
    let alarm;
    return new Promise((resolve, reject) => {
      alarm = setTimeout(() => reject(new Error(`the browser did not answer ${method}\n${this.workspace.log_tail("browser")}`)), answer_s * 1000);
      this.#asked.set(id, { resolve, reject });
      this.#to.write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
    }).finally(() => {
      clearTimeout(alarm);
      this.#asked.delete(id);
    });
  }

  #heard(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end = this.#rest.indexOf(0); end >= 0; end = this.#rest.indexOf(0)) {
      const said = JSON.parse(this.#rest.subarray(0, end).toString("utf8"));
      this.#rest = this.#rest.subarray(end + 1);
      if (said.id === undefined) this.#pages.get(said.sessionId)?.happened(said);
      else if (said.error) this.#asked.get(said.id)?.reject(new Error(said.error.message));
      else this.#asked.get(said.id)?.resolve(said.result);
    }
  }

  async open(url, size) {
    const { targetId } = await this.ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.ask("Target.attachToTarget", { targetId, flatten: true });
    const one = new page(this, targetId, sessionId);
    this.#pages.set(sessionId, one);
    for (const domain of ["Page", "Runtime", "Log"]) await one.ask(`${domain}.enable`);
    await one.resize(size);
    await one.go(url);
    return one;
  }
}

class page {
  complaints = [];  // errors and warnings of the console, uncaught exceptions, refused requests
  #target;
  #session;

  constructor(browser, target, session) {
    this.browser = browser;
    this.#target = target;
    this.#session = session;
  }

  ask(method, params) {
    return this.browser.ask(method, params, this.#session);
  }

  happened({ method, params }) {
    if (method === "Runtime.exceptionThrown") this.complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) {
      this.complaints.push(params.args.map(({ value, description }) => value ?? description).join(" "));
    }
    if (method === "Log.entryAdded" && params.entry.level === "error") this.complaints.push(`${params.entry.text} ${params.entry.url ?? ""}`);
  }

  async go(url) {
    const { errorText } = await this.ask("Page.navigate", { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
  }

  close() {
    return this.browser.ask("Target.closeTarget", { targetId: this.#target });
  }

  // A phone's screen is `narrow`: touched, and as wide as it says whatever stands on it.
  resize({ width, height, narrow = false }) {
    return this.ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: narrow });
  }

  // Runs work(…values) in the page. -> what it gives, as JSON
  async run(work, ...values) {
    const expression = `(${work})(...${JSON.stringify(values)})`;
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // Waits until work(…values) gives something true in the page, and gives it.
  until(what, work, ...values) {
    return until(what, () => this.run(work, ...values), {
      explain: async () => `the page says: ${await this.run(() => document.body.innerText)}\ncomplaints: ${JSON.stringify(this.complaints)}`,
    });
  }

  // The middle of the first thing that fits and can be seen, once it can be.
  async click(selector) {
    const { x, y } = await this.until(`${selector} can be clicked`, (wanted) => {
      const found = [...document.querySelectorAll(wanted)].find((one) => one.checkVisibility());
      if (!found) return undefined;
      found.scrollIntoView({ block: "nearest", behavior: "instant" });
      const box = found.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const hit = document.elementFromPoint(x, y);
      return found.contains(hit) && { x, y };
    }, selector);
    for (const type of ["mousePressed", "mouseReleased"]) await this.ask("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
  }

  type(text) {
    return this.ask("Input.insertText", { text });
  }

  async press_enter() {
    const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" };
    for (const type of ["keyDown", "keyUp"]) await this.ask("Input.dispatchKeyEvent", { type, ...key });
  }

  // A picture of what is to be seen, kept beside the logs.
  async picture(name) {
    const { data } = await this.ask("Page.captureScreenshot", { format: "png" });
    writeFileSync(this.browser.workspace.file(`${name}.png`), Buffer.from(data, "base64"));
  }
}
