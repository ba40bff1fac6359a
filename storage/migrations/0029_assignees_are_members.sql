-- Whoever a conversation is given to is a member, and leaves it with the team (docs/adr/0029). The key holds a membership
-- while a conversation is given to it: of an assignment and a removal at the same moment the later one sees the earlier.
ALTER TABLE conversation_work NO FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships NO FORCE ROW LEVEL SECURITY;
UPDATE conversation_work w SET assignee_id = NULL
WHERE assignee_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM memberships m WHERE m.business_id = w.business_id AND m.account_id = w.assignee_id);
ALTER TABLE conversation_work ADD CONSTRAINT conversation_work_assignee_is_member
  FOREIGN KEY (business_id, assignee_id) REFERENCES memberships (business_id, account_id) ON DELETE SET NULL (assignee_id);
ALTER TABLE conversation_work FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
