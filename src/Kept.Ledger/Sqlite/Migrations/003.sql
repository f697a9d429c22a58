-- Whose ledger it is: the id of the house, which every entry says. Empty until the first house is taken.
ALTER TABLE ledger ADD COLUMN house TEXT NOT NULL DEFAULT '';
