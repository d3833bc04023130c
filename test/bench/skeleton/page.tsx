import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <ul>
      {Array.from({ length: 20 }, (_, at) => (
        <li key={at}>A line of the list, number {at}</li>
      ))}
    </ul>,
  );
}
