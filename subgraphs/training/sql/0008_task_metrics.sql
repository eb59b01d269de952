-- What classifiers and makers of vectors are measured by, beside their loss: shares from 0 to 1.
alter table evaluation
  add accuracy float8,
  add macro_f1 float8,
  add retrieval_accuracy float8;
