-- Where a business draws the line below which people are told of a product (docs/adr/0045).

-- At or below it a product runs low; null: nobody is told.
ALTER TABLE businesses ADD COLUMN low_stock_at bigint DEFAULT 3 CHECK (low_stock_at BETWEEN 0 AND 1000000);
GRANT UPDATE (low_stock_at) ON businesses TO sellavie_tenant;
