import type { Database, Reader } from '../../src/database/database.ts';

/** A database that counts what is read from it. */
export interface CountedDatabase {
  readonly database: Database;
  /** The number of reads, each of which holds one connection, and of the statements in them, since the last reset. */
  reads(): { readonly reads: number; readonly statements: number };
  reset(): void;
}

export function countedDatabase(database: Database): CountedDatabase {
  let [reads, statements] = [0, 0];
  const counted =
    <T>(work: (reader: Reader) => Promise<T>) =>
    (reader: Reader) => {
      reads += 1;
      return work({
        ...reader,
        execute(statement) {
          statements += 1;
          return reader.execute(statement);
        },
      });
    };
  return {
    database: {
      ...database,
      read: (work, options) => database.read(counted(work), options),
      readPrimary: (work) => database.readPrimary(counted(work)),
    },
    reads: () => ({ reads, statements }),
    reset() {
      [reads, statements] = [0, 0];
    },
  };
}
