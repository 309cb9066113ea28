// Starts the page. It needs no configuration: the API is where the page is.
import { AdminPage } from "./page.ts";
import { createAdminTransport } from "./transport.ts";

new AdminPage(createAdminTransport(location.origin));
