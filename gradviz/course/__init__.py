"""The command line that opens the lessons, and checks figures."""
