/**
 * A browser started under the locale C says that its language is `en-US@posix`, which its own number formats refuse; uPlot makes one as it is loaded. Loaded
 * before it, this says `en-US` instead.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US" });
}
