"""Operations written as Python functions."""
