import { AWAY } from '../texts/texts.ts';

/** No terminal, no buttons: nothing on this screen could be answered. */
export function AwayScreen() {
  return (
    <main class="away" data-screen="away">
      {AWAY.map(({ language, says, help }) => (
        <section key={language} lang={language}>
          <h1 class="guide">{says}</h1>
          <p class="help">{help}</p>
        </section>
      ))}
    </main>
  );
}
