-- What makers of vectors are measured by on pairs that people graded: Spearman's rank correlation, -1 to 1.
alter table evaluation add spearman float8;
alter table evaluation_suite drop constraint evaluation_suite_scoring_check;
alter table evaluation_suite
  add constraint evaluation_suite_scoring_check check (scoring in ('EXACT_MATCH', 'CONTAINS', 'LOSS', 'SPEARMAN'));
