/** One step of the schema. Versions count from 1 without gaps; a published step is never edited, only followed. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** DDL with STRICT tables, and what moves rows into them. Runs inside the one transaction of all pending steps. */
  readonly sql: string;
}
