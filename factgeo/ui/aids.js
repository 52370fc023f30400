/* What the pages lack for those who do not see them or use no mouse, and Streamlit has no way to say. */
(() => {
  document.documentElement.lang = "{lang}";
  if (window.factgeoAids) return;
  /* What scrolls by itself can be reached by the keyboard. */
  const reach = () => {
    for (const block of document.querySelectorAll('[data-testid="stVerticalBlock"][overflow="auto"]:not([tabindex])')) {
      block.tabIndex = 0;
    }
  };
  let waiting = 0;
  const later = () => { waiting ||= setTimeout(() => { waiting = 0; reach(); }, 100); };
  window.factgeoAids = new MutationObserver(later);
  window.factgeoAids.observe(document.body, { childList: true, subtree: true });
  reach();
})();
