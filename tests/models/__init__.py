"""The rules of the models: moves, figures, deadlines, and that nothing changes without a trace."""
