import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { ServicesProvider, servicesOf } from "./app/services";
import { followSystemTheme } from "./app/theme";
import "./app.css";
import { browserKeptPorts } from "./offline/kept_store";
import { browserPorts, Session } from "./session/session";
import { WordsProvider } from "./words/provider";

followSystemTheme();
const services = servicesOf(new Session(browserPorts()), browserKeptPorts());
void services.session.begin().catch(() => {
  // No answer: the page shows it, and asks again.
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <WordsProvider>
        <ServicesProvider value={services}>
          <QueryClientProvider client={services.queries}>
            <App />
          </QueryClientProvider>
        </ServicesProvider>
      </WordsProvider>
    </StrictMode>,
  );
}

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => {
    // Without it everything works but a start without a network.
    navigator.serviceWorker.register("/sw.js").catch(() => {});
  });
}
