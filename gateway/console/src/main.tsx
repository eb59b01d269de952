import { lazy, StrictMode, Suspense, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { readKey, storeKey } from './api-key.ts';
import { AskPane } from './ask-pane.tsx';
import './console.css';

// GraphiQL and its editor are most of the bundle: they are loaded when they are asked for.
const GraphiQLPane = lazy(() => import('./graphiql-pane.tsx'));

type Pane = 'ask' | 'graphiql';

function Console() {
  const [pane, setPane] = useState<Pane>(location.hash === '#graphiql' ? 'graphiql' : 'ask');
  const [apiKey, setApiKey] = useState(readKey);
  const show = (next: Pane) => {
    history.replaceState(null, '', `#${next}`);
    setPane(next);
  };
  return (
    <div className="console">
      <header>
        <img src="./fathom.svg" alt="" />
        <strong>Fathom</strong>
        <nav>
          <button type="button" aria-pressed={pane === 'ask'} onClick={() => show('ask')}>
            Ask
          </button>
          <button type="button" aria-pressed={pane === 'graphiql'} onClick={() => show('graphiql')}>
            GraphiQL
          </button>
        </nav>
        <input
          aria-label="API key"
          type="password"
          placeholder="API key (fth_…)"
          autoComplete="off"
          value={apiKey}
          onChange={({ target }) => {
            storeKey(target.value.trim());
            setApiKey(target.value.trim());
          }}
        />
      </header>
      <main>
        {/* The conversation outlives a look at GraphiQL. */}
        <div hidden={pane !== 'ask'}>
          <AskPane key={apiKey} apiKey={apiKey} />
        </div>
        {pane === 'graphiql' && (
          <Suspense fallback={<p className="hint">Loading GraphiQL …</p>}>
            <GraphiQLPane key={apiKey} apiKey={apiKey} />
          </Suspense>
        )}
      </main>
    </div>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Console />
    </StrictMode>,
  );
}
