// Thirty wishes as thirty people worded them, what each hoped for, and how they would try it out.
// None of this may follow the recipes: it was written without looking at them, and stays that way.

import { Disappointed, lines, pause } from "./person.mjs";
import { offline, together } from "./crowd.mjs";
import { games } from "./games.mjs";
import { numbers } from "./numbers.mjs";

export { Disappointed, lines, pause };

/** Every wish: `say` is the request, `hope` what would count as yielded, `use` the trying out; without `use` it needs a plain no. */
export const wishes = [...together, ...numbers, ...games, ...offline];
