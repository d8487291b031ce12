"""What the law says of a vacancy's words and of its pay: findings, each with the rule it cites."""
