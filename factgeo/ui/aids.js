/* What the pages lack for those who do not see them, use no mouse or go back, and Streamlit has no way to say. */
(() => {
  document.documentElement.lang = "{lang}";
  if (window.factgeoAids) return;
  /* A page is one step of the browser's history: its id and language change where it stands, so that Back leaves it. */
  const push = history.pushState;
  history.pushState = function (state, title, url) {
    const stays = url != null && new URL(url, location.href).pathname === location.pathname;
    return (stays ? history.replaceState : push).call(history, state, title, url);
  };
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
