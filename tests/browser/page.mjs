// A report as a reader opens it: searched, unfolded, copied from, its picture pointed at, dark, small and printed; see open.mjs.
import { open } from "./open.mjs";

const said = {};
await open(said, async (page, { address, file, visible, overflow, background }) => {
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));
  });
  const picture = (name, whole) => page.screenshot({ path: file(name + ".png"), fullPage: Boolean(whole) });
  await page.goto(address);
  said.title = await page.title();
  said.scripts = await page.evaluate(() => document.querySelectorAll("script").length);
  said.foreign = await page.evaluate(() => document.querySelectorAll("img, iframe, object, embed, link, base, form, [onload], [onerror], [onmouseover], [style]").length - document.querySelectorAll("#picture[style], #tip[style]").length);
  await picture("wide", true);

  // searched
  said.items = await visible(".item");
  await page.fill("#search", "zzz-nothing-says-this");
  await page.waitForFunction(() => document.getElementById("found").textContent !== "");
  said.nothing = await visible(".item");
  await page.fill("#search", "kubelet");
  // a quiet report may hold the word nowhere, so that what is said does not change; the page waits for 120 ms without a key
  await page.waitForTimeout(600);
  said.some = await visible(".item");
  await picture("searched");
  await page.fill("#search", "");
  await page.waitForFunction(() => document.getElementById("found").textContent === "");
  said.again = await visible(".item");

  // expanded
  const cards = page.locator("details.card:not([open]) > summary");
  if (await cards.count()) {
    const id = await cards.first().evaluate((summary) => summary.parentElement.id);
    await cards.first().click();
    said.expanded = await page.locator("#" + id).evaluate((card) => card.open);
  }
  const around = page.locator("[data-act=around]:visible");
  if (await around.count()) {
    const lines = () => visible(".log .ctx");
    const before = await lines();
    await around.first().click();
    said.around = [before, await lines()];
  }
  // copied
  const copy = page.locator("[data-act=copy]:visible");
  if (await copy.count()) {
    await copy.first().click();
    await page.waitForFunction(() => Array.from(document.querySelectorAll("[data-act=copy]")).some((one) => one.textContent === one.dataset.done));
    said.copied = true;
  }
  // the picture: pointed at, zoomed, moved, and how long its frames took
  const canvas = page.locator("#picture");
  if (await canvas.count()) {
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    await page.evaluate(() => performance.clearMeasures());
    const middle = [box.x + box.width * 0.6, box.y + Math.min(box.height, 500) * 0.5];
    await page.keyboard.down("Control");
    for (let turn = 0; turn < 12; turn += 1) {
      await page.mouse.move(middle[0] + turn, middle[1]);
      await page.mouse.wheel(0, turn < 6 ? -120 : 120);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    }
    await page.keyboard.up("Control");
    await page.mouse.down();
    for (let step = 0; step < 10; step += 1) { await page.mouse.move(middle[0] - step * 8, middle[1]); }
    await page.mouse.up();
    said.frames = await page.evaluate(() => performance.getEntriesByName("picture").map((entry) => entry.duration));
    await page.click("[data-zoom=all]");
    said.tips = 0;
    for (let px = 0.3; px < 1; px += 0.01) {
      await page.mouse.move(box.x + box.width * px, middle[1]);
      said.tips += await page.evaluate(() => Number(!document.getElementById("tip").hidden));
    }
    await picture("picture");
  }
  // dark, small, printed
  await page.emulateMedia({ colorScheme: "dark" });
  said.dark = await background();
  await picture("dark", true);
  await page.emulateMedia({ colorScheme: "light" });
  said.light = await background();
  await page.click("[data-act=theme]");
  await page.click("[data-act=theme]");
  said.toggled = await background();
  await page.click("[data-act=theme]");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.evaluate(() => { document.querySelectorAll("details").forEach((one) => { one.open = true; }); window.scrollTo(0, 0); });
  said.overflow = await overflow();
  await picture("narrow", true);
  await page.setViewportSize({ width: 1400, height: 900 });
  said.pdf = (await page.pdf({ path: file("page.pdf"), format: "A4" })).length;
  said.violations = await page.evaluate(() => window.violations);
});
