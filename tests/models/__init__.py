"""The rules of the models: transitions, figures, deadlines, and that nothing changes without a trace."""
