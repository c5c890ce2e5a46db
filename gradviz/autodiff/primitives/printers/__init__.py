"""What is read off the table as text: a printer for each language. What they print are Symbols.

A row of the table whose value is a function of other rows is printed by what that makes of Symbols;
of all other functions each printer says how its language spells them.
"""
