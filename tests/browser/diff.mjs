// Opens the page of a comparison in headless Chromium, wide and narrow, and says what happened, as one JSON object.
// Arguments: the directory of playwright-core, Chromium, the page, a directory for pictures and the browser's profile.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [modules, executablePath, report, scratch] = process.argv.slice(2);
const { chromium } = createRequire(join(modules, "package.json"))("playwright-core");
const said = { problems: [], requests: [], overflow: {}, expanded: {} };
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
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
  const rows = () => page.locator("ul.rows > li").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
  for (const [name, width] of [["wide", 1400], ["narrow", 390]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(pathToFileURL(report).href);
    const folded = await rows();
    for (const summary of await page.locator("details > summary").all()) { await summary.click(); }
    said.expanded[name] = [folded, await rows()];
    said.overflow[name] = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      said[colorScheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await page.screenshot({ path: join(scratch, (colorScheme === "dark" ? "dark-" : "") + name + ".png"), fullPage: true });
    }
  }
  said.scripts = await page.evaluate(() => document.querySelectorAll("script, img, iframe, object, link, [onload], [onerror], [style]").length);
  said.pdf = (await page.pdf({ path: join(scratch, "page.pdf"), format: "A4" })).length;
} catch (error) {
  said.problems.push(String(error));
} finally {
  await context.close();
}
process.stdout.write(JSON.stringify(said) + "\n");
