import { createContext, type ReactNode } from 'react';

/** What has to be said at the top of whatever dialog is open. */
export const DialogNotice = createContext<ReactNode>(null);
