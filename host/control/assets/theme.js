// Runs before the first paint: the chosen colours, and the fact that scripts run.
(function () {
  var root = document.documentElement;
  var chosen = null;
  try { chosen = localStorage.getItem("kandra.theme"); } catch { /* storage is off: automatic colours */ }
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  root.classList.add("scripts");
})();
