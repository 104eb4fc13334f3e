// On a phone each row of a table is a card (extra.css); its cells then say themselves which column they are of.
for (const table of document.querySelectorAll(".md-typeset table:not([class])")) {
  const names = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim().replace(/\?$/, ""));
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.cells].forEach((cell, column) => {
      if (column > 0 && names[column] && cell.textContent.trim()) cell.dataset.column = names[column];
    });
  }
}
