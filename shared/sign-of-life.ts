/** Within so many milliseconds a connection that a person doubts has to give a sign of life, or it ends. The window says so when that time is over. */
export const signOfLifeMs = 5_000;
