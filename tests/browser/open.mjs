// Opens a page in headless Chromium, hands it to what a reader does, and says what happened, as one JSON object on standard
// output. Arguments: the directory of playwright-core, Chromium, the page, a directory for pictures and the browser's profile.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [modules, executablePath, report, scratch] = process.argv.slice(2);
const { chromium } = createRequire(join(modules, "package.json"))("playwright-core");
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// Calls `read(page, said, tools)`; an error, a dialog and whatever the console says become `said.problems`.
export async function open(said, read) {
  Object.assign(said, { problems: [], requests: [] });
  const context = await chromium.launchPersistentContext(join(scratch, "profile"), {
    executablePath, args, headless: true, viewport: { width: 1400, height: 900 },
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.on("console", (message) => { if (["error", "warning"].includes(message.type())) said.problems.push(message.text()); });
    page.on("pageerror", (error) => said.problems.push(String(error)));
    page.on("dialog", (dialog) => { said.problems.push("a dialog: " + dialog.message()); dialog.dismiss(); });
    page.on("request", (request) => said.requests.push(request.url()));
    await read(page, {
      address: pathToFileURL(report).href,
      file: (name) => join(scratch, name),
      visible: (selector) => page.locator(selector).evaluateAll((all) => all.filter((one) => one.checkVisibility()).length),
      overflow: () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      background: () => page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    });
  } catch (error) {
    said.problems.push(String(error));
  } finally {
    await context.close();
  }
  process.stdout.write(JSON.stringify(said) + "\n");
}
