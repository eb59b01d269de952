/**
 * The environment of a process that trains: memory of it in pages of 2 MiB where the kernel gives them to whoever asks
 * (`madvise`, the usual setting). A step walks through hundreds of megabytes, row by row and column by column; with pages
 * of 4 KiB a twentieth of its time went into looking up where they lie. glibc reads this once, when the process starts;
 * other systems pass over it.
 */
export const hugePages = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;
