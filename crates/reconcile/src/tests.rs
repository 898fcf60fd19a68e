mod brute;
mod knots;
