// What every page has: the keys that its buttons and links name.
import { listen } from "./keys.js";

import "./help.js";

listen();
