import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { deadLinks } from "./links.ts";
import { allPages, navigation } from "./navigation.ts";
import { fileOf } from "./render.ts";
import { renderSite } from "./site.ts";

/** What the build adds to the pages. */
const BUILT = new Set(["style.css", "site.js", "api/index.html", "playground/index.html"]);

test("no link of the documentation leads nowhere", () => {
  expect(deadLinks(renderSite(() => "<pre></pre>").files, BUILT)).toEqual([]);
});

test("a dead link is found", () => {
  const html =
    '<a href="b.html#there">a</a><a href="b.html#not">b</a><a href="c.html">c</a><a href="https://x.org">d</a>';
  expect(
    deadLinks(
      [
        { path: "a.html", html },
        { path: "b.html", html: '<h2 id="there">' },
      ],
      BUILT,
    ),
  ).toEqual(["a.html: b.html#not", "a.html: c.html"]);
});

test("every page is in the navigation, and every entry of the navigation is a page", () => {
  const listed = navigation().flatMap(({ pages }) => pages);
  expect(listed.filter((path) => path !== "index").sort()).toEqual(allPages());
  expect(listed.filter((path) => !existsSync(fileOf(path)))).toEqual([]);
});
