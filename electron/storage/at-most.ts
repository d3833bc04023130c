/**
 * For the end of a query: as many rows as its last parameter says. A parameter that stands alone behind LIMIT has SQLite
 * (seen with 3.53) compile the whole statement again for every call, and the library a function for its rows with it: ten
 * times the work of the query itself.
 */
export const atMost = 'LIMIT ? + 0';
