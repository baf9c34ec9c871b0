// A page without a script (a comparison, the summary of a batch), wide and narrow, light and dark; see open.mjs.
import { open } from "./open.mjs";

const said = { overflow: {}, expanded: {} };
await open(said, async (page, { address, file, visible, overflow, background }) => {
  const rows = () => visible("ul.rows > li");
  for (const [name, width] of [["wide", 1400], ["narrow", 390]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(address);
    const folded = await rows();
    for (const summary of await page.locator("details > summary").all()) { await summary.click(); }
    said.expanded[name] = [folded, await rows()];
    said.overflow[name] = await overflow();
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme });
      said[colorScheme] = await background();
      await page.screenshot({ path: file((colorScheme === "dark" ? "dark-" : "") + name + ".png"), fullPage: true });
    }
  }
  said.scripts = await page.evaluate(() => document.querySelectorAll("script, img, iframe, object, link, [onload], [onerror], [style]").length);
  said.pdf = (await page.pdf({ path: file("page.pdf"), format: "A4" })).length;
});
